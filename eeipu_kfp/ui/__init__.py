"""The read-only web page: experiments, one experiment with its figures, its trials."""
