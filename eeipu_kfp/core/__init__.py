"""What all rooms speak: frozen data, standard library only."""
