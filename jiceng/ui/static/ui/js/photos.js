/* Show the photos that were chosen, before they are sent. */
import { fresh, onContent } from "./enhance.js";

function preview(box) {
  const inputs = [...box.querySelectorAll("input[type=file]")];
  const shelf = box.querySelector(".photos__preview");
  const show = () => {
    for (const image of shelf.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    shelf.replaceChildren(
      ...inputs
        .flatMap((input) => [...input.files])
        .map((file) => {
          const image = document.createElement("img");
          image.src = URL.createObjectURL(file);
          image.alt = file.name;
          return image;
        }),
    );
  };
  box.classList.add("photos--live");
  for (const input of inputs) input.addEventListener("change", show);
}

onContent((root) => fresh(root, "[data-photos]", "preview").forEach(preview));
