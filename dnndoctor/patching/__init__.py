"""What a person gets of a prescription: the very characters to change in their own files, where these can be found for certain.

Nothing is ever written to a file here. What cannot be found for certain (a computed value, one line that makes several layers, a
file that has changed since) stays a snippet, with the place to look at.
"""
