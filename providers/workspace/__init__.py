"""The providers' workspace at ``/workspace/``: what is missing, edited in sections, sent to the council, told in a tap."""
