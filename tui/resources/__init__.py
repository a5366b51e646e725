"""What a screen, the command line and a Python caller share: resource types, actions, the gate, view state."""
