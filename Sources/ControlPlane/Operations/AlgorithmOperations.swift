package import PersonalizeAPI
import Recipes

extension ControlPlane {
    package func describeAlgorithm(_ input: DescribeAlgorithmRequest) async throws -> DescribeAlgorithmResponse {
        guard let recipe = recipes.all.first(where: { $0.algorithmArn == input.algorithmArn }) else {
            throw PersonalizeError.notFound("Could not find algorithm with Arn \(input.algorithmArn).")
        }
        return DescribeAlgorithmResponse(
            algorithm: Algorithm(
                name: recipe.algorithm.name, algorithmArn: recipe.algorithmArn,
                defaultHyperParameters: recipe.algorithm.defaults,
                defaultHyperParameterRanges: recipe.algorithm.ranges,
                creationDateTime: Timestamp(recipe.creationDate),
                lastUpdatedDateTime: Timestamp(recipe.lastUpdateDate)))
    }

    package func describeFeatureTransformation(
        _ input: DescribeFeatureTransformationRequest
    ) async throws -> DescribeFeatureTransformationResponse {
        let arn = input.featureTransformationArn
        guard let recipe = recipes.recipe(featureTransformationArn: arn) else {
            throw PersonalizeError.notFound("Could not find feature transformation with Arn \(arn).")
        }
        return DescribeFeatureTransformationResponse(
            featureTransformation: FeatureTransformation(
                name: recipe.featureTransformation.name, featureTransformationArn: arn,
                defaultParameters: recipe.featureTransformation.defaults,
                creationDateTime: Timestamp(recipe.creationDate),
                lastUpdatedDateTime: Timestamp(recipe.lastUpdateDate), status: ResourceStatus.active.rawValue))
    }
}

extension AlgorithmDescription {
    /// The table of hyperparameters as the wire has it: a list for each type.
    fileprivate var ranges: DefaultHyperParameterRanges {
        var ranges = DefaultHyperParameterRanges(
            integerHyperParameterRanges: [], continuousHyperParameterRanges: [], categoricalHyperParameterRanges: [])
        for parameter in hyperparameters {
            switch parameter {
            case .integer(let integer):
                ranges.integerHyperParameterRanges?.append(
                    .init(
                        name: integer.name, minValue: integer.range.lowerBound, maxValue: integer.range.upperBound,
                        isTunable: integer.isTunable))
            case .continuous(let continuous):
                ranges.continuousHyperParameterRanges?.append(
                    .init(
                        name: continuous.name, minValue: continuous.range.lowerBound,
                        maxValue: continuous.range.upperBound, isTunable: continuous.isTunable))
            case .categorical(let categorical):
                ranges.categoricalHyperParameterRanges?.append(
                    .init(name: categorical.name, values: categorical.values, isTunable: categorical.isTunable))
            }
        }
        return ranges
    }
}
