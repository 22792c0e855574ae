"""Publishing a validated warehouse as one version, at once or not at all."""
