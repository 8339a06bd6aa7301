"""What a model is: specification, formula, design matrices."""
