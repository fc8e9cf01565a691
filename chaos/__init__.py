"""A chaos campaign: people call the running service while each of its parts breaks; then every promise is checked."""
