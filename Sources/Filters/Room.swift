enum FiltersRoom {}
