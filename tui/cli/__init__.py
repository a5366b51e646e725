"""The command line: thin verbs over the same resource types, actions and gate that the screen uses."""
