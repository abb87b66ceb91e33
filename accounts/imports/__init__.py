"""People from a spreadsheet: what a row means, what is done with it, taking it back."""
