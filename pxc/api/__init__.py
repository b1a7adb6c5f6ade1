"""What other programs call: files, texts, data and builders into findings and compiled files."""
