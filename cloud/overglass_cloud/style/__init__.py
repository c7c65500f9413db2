"""Ways of painting that engines and training share: arrays in, arrays out. Knows no frame or session."""
