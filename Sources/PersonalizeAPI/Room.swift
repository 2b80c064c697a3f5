enum PersonalizeAPIRoom {}
