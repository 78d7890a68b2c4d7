"""verl imports it when it is imported itself."""

from .verl import register

register()
