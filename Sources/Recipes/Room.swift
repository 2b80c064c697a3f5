enum RecipesRoom {}
