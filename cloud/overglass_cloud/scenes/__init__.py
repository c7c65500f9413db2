"""What is found in the pictures, beside the look and never in front of it: detectors, tracking, regions."""
