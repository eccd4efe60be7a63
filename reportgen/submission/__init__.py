"""What is handed in: its name, the zip, and reading a zip back."""
