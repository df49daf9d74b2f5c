"""What is known about the ground, who said so, and what is left? An open information system for mine action."""

__version__ = "0.1.0"
