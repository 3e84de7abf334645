"""Starting and supervising the product; importable without Django."""
