export async function reads() {
  for (await using file = open(); ; ) {
    return file;
  }
}
