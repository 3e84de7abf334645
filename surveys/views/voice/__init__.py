"""Pages under `/voice/`: what people say of themselves, without having been asked."""
