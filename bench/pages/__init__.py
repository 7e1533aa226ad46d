"""What results look like: sections of prose, tables and plots, for terminals, pages and browsers."""
