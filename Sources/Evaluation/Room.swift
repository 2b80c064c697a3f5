enum EvaluationRoom {}
