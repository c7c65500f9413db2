"""Teachers: slow painters that small networks are trained to imitate. Not shipped with the package."""
