"""The list and the sweep read by an index, whether or not the database has counted its rows."""
