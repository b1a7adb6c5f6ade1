def is_true(value):
    """Whether a text says true; one that says neither true nor false is an error."""
    word = str(value).strip().lower()
    if word in ("1", "on", "t", "true", "y", "yes"):
        return True
    if word in ("0", "f", "false", "n", "no", "off"):
        return False
    raise ValueError(f"the condition gives {value!r}, which is neither true nor false")
