"""Compiled KFP pipelines."""
