"""What the numbers say, in words, and documents that carry them."""
