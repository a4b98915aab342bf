"""The scripted flows: each reads as the operator's own instructions; what a page looks like is said in `flows.pages`."""
