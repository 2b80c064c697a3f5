import Recipes
package import PersonalizeAPI

extension ControlPlane {
    package func describeRecipe(_ input: DescribeRecipeRequest) async throws -> DescribeRecipeResponse {
        DescribeRecipeResponse(recipe: try recipe(input.recipeArn).wire)
    }

    package func listRecipes(_ input: ListRecipesRequest) async throws -> ListRecipesResponse {
        let list = "recipe/\(input.recipeProvider ?? "")/\(input.domain ?? "")"
        let after = try input.nextToken.map { try PageToken($0, of: list).last } ?? 0
        let size = input.maxResults ?? settings.pageSize
        let recipes = recipes.all.filter { input.domain == nil || $0.domain == input.domain }
        let rest = recipes.dropFirst(Int(clamping: after))
        let end = Int64(recipes.count - rest.count + min(size, rest.count))
        return ListRecipesResponse(
            recipes: rest.prefix(size).map(\.summary),
            nextToken: rest.count > size ? PageToken(list: list, last: end).text : nil)
    }
}
