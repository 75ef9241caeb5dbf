"""What claims make of one another: which stand, how firmly, what falls if one falls.

A claim's own verdict stays what its evidence says; what is found here stands beside it.
"""
