"""The estimator: profiled criterion from cross-products, optimiser, certificate of convergence."""
