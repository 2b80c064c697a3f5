import PersonalizeAPI
import Recipes

extension Recipes.Recipe {
    var wire: PersonalizeAPI.Recipe {
        .init(
            name: name, recipeArn: arn, algorithmArn: algorithmArn,
            featureTransformationArn: featureTransformationArn, status: ResourceStatus.active.rawValue,
            description: description, creationDateTime: Timestamp(creationDate), recipeType: recipeType.rawValue,
            lastUpdatedDateTime: Timestamp(lastUpdateDate))
    }

    var summary: RecipeSummary {
        .init(
            name: name, recipeArn: arn, status: ResourceStatus.active.rawValue,
            creationDateTime: Timestamp(creationDate), lastUpdatedDateTime: Timestamp(lastUpdateDate),
            domain: domain)
    }
}
