"""What buyers can be expected to do: models of purchases, their proof, and the gate before them."""
