"""The judge: measures any speaking system by its sound alone, so that teachers and students are judged alike."""
