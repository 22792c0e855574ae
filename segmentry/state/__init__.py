"""What syncs remember: where it is, the secret that it is kept by, and who was erased."""
