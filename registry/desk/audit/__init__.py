"""What there is to find: of an application and its code, of models, of the whole catalogue; gates, comparisons and suggestions."""
