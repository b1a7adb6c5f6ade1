"""The digest SHA-256 as Python itself has it: `hashlib` loads OpenSSL first, which costs more."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256
    except ImportError:  # Python 3.11 calls it otherwise, and some builds have OpenSSL's alone
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256

__all__ = ["sha256"]
