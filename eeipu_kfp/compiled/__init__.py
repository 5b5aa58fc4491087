"""Compiled KFP pipelines: reading stages, what decides their outputs, cutting cached ones out."""
