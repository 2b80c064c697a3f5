enum RecommendersRoom {}
