"""Campaigns and recommenders."""

from compatibility.legal.cases import legal, only
from compatibility.world import RECIPE


@legal("CreateCampaign", "smallest")
def _(world):
    return {"name": world.name(), "solutionVersionArn": world.versions["popular"]}


CAMPAIGN_CONFIGURATION = {
    "itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"},
    "enableMetadataWithRecommendations": True, "syncWithLatestSolutionVersion": True,
    "rankingInfluence": {"POPULARITY": 1.0, "FRESHNESS": 0.0},
}


@legal("CreateCampaign", "fullest")
def _(world):
    return {
        "name": world.longest_name, "solutionVersionArn": world.solutions["items"] + "/$LATEST", "minProvisionedTPS": 1,
        "campaignConfig": CAMPAIGN_CONFIGURATION, "tags": world.tags}


only("DescribeCampaign", "campaignArn", lambda world: world.campaigns["items"])
only("DeleteCampaign", "campaignArn", lambda world: world.campaign("popular"))


@legal("UpdateCampaign", "smallest")
def _(world):
    return {"campaignArn": world.campaign("popular")}


@legal("UpdateCampaign", "fullest")
def _(world):
    return {
        "campaignArn": world.campaign("items"), "solutionVersionArn": world.solutions["items"] + "/$LATEST",
        "minProvisionedTPS": 2, "campaignConfig": CAMPAIGN_CONFIGURATION}


def recommender_configuration(columns):
    return {
        "itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"},
        "minRecommendationRequestsPerSecond": 1, "enableMetadataWithRecommendations": True,
        "trainingDataConfig": columns}


@legal("CreateRecommender", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.domains["ECOMMERCE"],
            "recipeArn": RECIPE + "aws-ecomm-popular-items-by-views"}


@legal("CreateRecommender", "fullest")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.domains["VIDEO_ON_DEMAND"],
        "recipeArn": RECIPE + "aws-vod-top-picks", "tags": world.tags,
        "recommenderConfig": recommender_configuration({"excludedDatasetColumns": {"Items": ["DURATION"]}})}


@legal("CreateRecommender", "fullest, with columns")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.domains["VIDEO_ON_DEMAND"],
        "recipeArn": RECIPE + "aws-vod-top-picks",
        "recommenderConfig": recommender_configuration({"includedDatasetColumns": {"Items": ["ITEM_ID", "GENRES"]}})}


def active_recommender(world, domain="VIDEO_ON_DEMAND"):
    arn = world.recommender(domain)
    world.wait("Recommender", arn)
    return arn


def stopped_recommender(world):
    arn = active_recommender(world)
    world.do("StopRecommender", recommenderArn=arn)
    world.wait("Recommender", arn, "INACTIVE")
    return arn


only("DescribeRecommender", "recommenderArn", lambda world: world.recommenders["ECOMMERCE"][0])
only("DeleteRecommender", "recommenderArn", active_recommender)
only("StopRecommender", "recommenderArn", active_recommender)
only("StartRecommender", "recommenderArn", stopped_recommender)


@legal("UpdateRecommender", "smallest")
def _(world):
    return {"recommenderArn": active_recommender(world), "recommenderConfig": {}}


@legal("UpdateRecommender", "fullest")
def _(world):
    return {"recommenderArn": active_recommender(world),
            "recommenderConfig": recommender_configuration({"excludedDatasetColumns": {"Items": ["DURATION"]}})}


@legal("UpdateRecommender", "fullest, with columns")
def _(world):
    return {"recommenderArn": active_recommender(world),
            "recommenderConfig": recommender_configuration({"includedDatasetColumns": {"Items": ["ITEM_ID", "GENRES"]}})}
