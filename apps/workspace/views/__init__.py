"""The workspace's own pages: in by sign-in or the first run, then settings."""
