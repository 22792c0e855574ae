"""The email platforms, one adapter each; all of them speak as `interface` says."""
