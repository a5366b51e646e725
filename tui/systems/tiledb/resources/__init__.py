"""What can be listed, shown and done: resource types, their actions and their forms."""
