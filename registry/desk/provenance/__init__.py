"""Records of how a model was made: keys, signing, verifying, showing, registering from one."""
