"""What the list of opportunities looks like: as a page, a calendar, a plot, a feed and a file."""
