"""Real engines on loopback; `make engines` installs them, tests skip loudly without."""
