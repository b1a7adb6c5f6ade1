from math import isfinite


def reached(text, value, least=False):
    """Whether a metric is as good as a rule wants it; one that is no number is not."""
    try:
        found = float(text)
    except ValueError:
        return False
    return isfinite(found) and (found <= value if least else found >= value)
