"""Takes a person out of everything that the project wrote, and keeps them out."""
