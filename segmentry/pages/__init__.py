"""Pages for people: what each segment means, what published tables hold."""
