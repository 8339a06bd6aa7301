"""How good a fitted model is: shares of variance, assumptions, influence, missing data."""
