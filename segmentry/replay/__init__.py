"""Computes past days anew, as they are known now, so that trends begin before the first build."""
