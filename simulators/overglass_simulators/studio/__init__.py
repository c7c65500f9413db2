"""The page on which simulated glasses are worn, turned, troubled and watched."""
