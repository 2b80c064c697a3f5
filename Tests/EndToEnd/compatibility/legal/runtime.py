"""Recommendations, rankings and actions for a user."""

from compatibility.legal.cases import legal


@legal("GetRecommendations", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["items"], "userId": "u"}


def recommendations(world):
    return {
        "userId": "u1", "numResults": 25, "context": {"DEVICE": "phone"}, "filterArn": world.filter,
        "filterValues": {"TYPES": '"watch"'},
        "promotions": [{"name": "shelf", "percentPromotedItems": 20, "filterArn": world.second_filter,
                        "filterValues": {"GENRES": '"drama"'}}]}


@legal("GetRecommendations", "fullest")
def _(world):
    return {"campaignArn": world.campaigns["items"], **recommendations(world)}


@legal("GetRecommendations", "fullest, with metadata")
def _(world):
    return {"campaignArn": world.campaigns["items"], "userId": "u1", "metadataColumns": {"ITEMS": ["GENRES", "PRICE"]}}


@legal("GetRecommendations", "fullest, related items")
def _(world):
    return {"campaignArn": world.campaigns["related"], "itemId": "i1", "userId": "u1", "numResults": 500}


@legal("GetRecommendations", "fullest, recommender")
def _(world):
    return {"recommenderArn": world.recommenders["VIDEO_ON_DEMAND"][0], "userId": "u" * 256, "numResults": 0}


@legal("GetPersonalizedRanking", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["ranking"], "inputList": ["i1"], "userId": "u"}


@legal("GetPersonalizedRanking", "fullest")
def _(world):
    return {
        "campaignArn": world.campaigns["ranking"], "inputList": [f"i{number}" for number in range(500)],
        "userId": "u" * 256, "context": {"DEVICE": "phone"}, "filterArn": world.second_filter,
        "filterValues": {"GENRES": '"drama"'}}


@legal("GetPersonalizedRanking", "fullest, with metadata")
def _(world):
    return {"campaignArn": world.campaigns["ranking"], "inputList": ["i1", "i2"], "userId": "u1",
            "metadataColumns": {"ITEMS": ["GENRES", "PRICE"]}}


@legal("GetActionRecommendations", "smallest")
def _(world):
    return {"campaignArn": world.campaigns["actions"], "userId": "u"}


@legal("GetActionRecommendations", "fullest")
def _(world):
    return {"campaignArn": world.campaigns["actions"], "userId": "u1", "numResults": 5,
            "filterArn": world.action_filter, "filterValues": {"CHANNEL": '"mail"'}}
