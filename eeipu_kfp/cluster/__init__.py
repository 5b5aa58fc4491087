"""A cluster as its users see it: experiments applied, watched and read from outside."""
